import { useId } from 'react';
import classes from './Stat.module.css';

const WIDTH = 100;
const HEIGHT = 30;

/** The way of a value, without axes: its least is at the bottom, its greatest at the top. */
export function Sparkline({ values, color }: { values: readonly (number | null)[]; color: string }) {
  const id = useId();
  const line = path(values);
  if (line === null) return null;
  return (
    <svg className={classes.line} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden>
      <defs>
        <linearGradient id={id} x1="0" y1="0" x2="0" y2="1">
          <stop offset="0" stopColor={color} stopOpacity="0.34" />
          <stop offset="1" stopColor={color} stopOpacity="0.05" />
        </linearGradient>
      </defs>
      <path d={`${line.d} L${line.last} ${HEIGHT} L${line.first} ${HEIGHT} Z`} fill={`url(#${id})`} />
      <path d={line.d} fill="none" stroke={color} strokeWidth="1.4" vectorEffect="non-scaling-stroke" />
    </svg>
  );
}

function path(values: readonly (number | null)[]): { d: string; first: number; last: number } | null {
  const points = values.flatMap((value, index) => (value === null ? [] : [{ index, value }]));
  if (points.length < 2) return null;
  const numbers = points.map(({ value }) => value);
  const low = Math.min(...numbers);
  const high = Math.max(...numbers);
  const x = (index: number) => Number(((index / (values.length - 1)) * WIDTH).toFixed(2));
  // A constant is a line in the middle.
  const y = (value: number) =>
    high === low
      ? HEIGHT / 2
      : Number((HEIGHT - 2 - ((value - low) / (high - low)) * (HEIGHT - 4)).toFixed(2));
  const d = points.map(({ index, value }, place) => `${place === 0 ? 'M' : 'L'}${x(index)} ${y(value)}`);
  return { d: d.join(' '), first: x(points[0]?.index ?? 0), last: x(points.at(-1)?.index ?? 0) };
}
