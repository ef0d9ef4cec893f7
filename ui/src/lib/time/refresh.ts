/** Seconds between automatic refreshes; 0 means off. */
export const REFRESH_CHOICES: readonly number[] = [0, 5, 10, 30, 60];
