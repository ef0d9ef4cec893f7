const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

const pad = (value: number) => String(value).padStart(2, '0');
const months = Intl.DateTimeFormat('en', { month: 'short' });

/**
 * Labels for the ticks of a time axis, one line each: the day where a day begins, else the time of day, with
 * seconds only when the ticks are closer than a minute.
 */
export function timeLabels(ticks: readonly number[]): string[] {
  const [first = 0, second = first] = ticks;
  const step = second - first;
  return ticks.map((at, index) => {
    const date = new Date(at);
    const midnight = date.getHours() + date.getMinutes() + date.getSeconds() + date.getMilliseconds() === 0;
    if (step >= 28 * DAY_MS) return `${months.format(date)} ${date.getFullYear()}`;
    if (midnight || step >= DAY_MS) return dayLabel(date, index === 0 || date.getMonth() === 0);
    const minutes = `${pad(date.getHours())}:${pad(date.getMinutes())}`;
    if (step >= MINUTE_MS || step === 0) return minutes;
    const seconds = `${minutes}:${pad(date.getSeconds())}`;
    return step < 1_000 ? `${seconds}.${String(date.getMilliseconds()).padStart(3, '0')}` : seconds;
  });
}

function dayLabel(date: Date, withYear: boolean): string {
  const day = `${months.format(date)} ${date.getDate()}`;
  return withYear && date.getFullYear() !== new Date().getFullYear() ? `${day} ${date.getFullYear()}` : day;
}
