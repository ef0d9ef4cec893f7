import type { StyledSeries } from './style';
import classes from './Charts.module.css';

interface LegendNameProps {
  index: number;
  series: StyledSeries | undefined;
  hidden: ReadonlySet<number>;
  onToggle: (index: number, only: boolean) => void;
  /** The series stands out while its name is pointed at. */
  onPoint: (name: string | null) => void;
}

export function LegendName({ index, series, hidden, onToggle, onPoint }: LegendNameProps) {
  if (!series) return null;
  return (
    <button
      type="button"
      className={classes.legendName}
      aria-pressed={!hidden.has(index)}
      title={`${series.name}\nClick: only this one. Ctrl+click: show or hide.`}
      onPointerEnter={() => onPoint(series.name)}
      onPointerLeave={() => onPoint(null)}
      onFocus={() => onPoint(series.name)}
      onBlur={() => onPoint(null)}
      onClick={(event) => onToggle(index, !event.ctrlKey && !event.metaKey)}
    >
      <span className={classes.swatch} style={{ background: series.color }} aria-hidden />
      <span className={classes.legendText}>{series.name}</span>
    </button>
  );
}
