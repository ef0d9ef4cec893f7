const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Distances between two marks that people count in, in milliseconds. */
const STEPS = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR),
];
/** More marks are not read. */
const MOST = 6;
/** The part at the end that its own mark takes. */
const END = 0.08;

/** Marks of a time line of so many milliseconds: the beginning, round times, and the end. */
export function timeMarks(duration: number): number[] {
  const days = Math.ceil(duration / DAY / MOST) * DAY;
  const step = STEPS.find((each) => duration / each <= MOST) ?? days;
  const marks = [0];
  for (let at = step; at < duration * (1 - END); at += step) marks.push(at);
  return duration > 0 ? [...marks, duration] : marks;
}
