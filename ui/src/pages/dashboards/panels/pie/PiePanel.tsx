import { useMemo } from 'react';
import { slices, type Slice } from '../../../../lib/dashboard/panels/pie';
import { flag, record, texts } from '../../../../lib/dashboard/model/read';
import { formatPercent } from '../../../../lib/number';
import { NoData } from '../../grid/PanelNotes';
import type { PanelProps } from '../../grid/PanelBody';
import classes from './Pie.module.css';

export default function PiePanel({ panel, data, title }: PanelProps) {
  const { frames, scheme } = data;
  const parts = useMemo(() => slices(frames, panel, scheme), [frames, panel, scheme]);
  if (parts.length === 0) return <NoData />;
  const legend = record(panel.options.legend);
  const values = texts(legend.values);
  const hole = panel.options.pieType === 'donut' ? 26 : 0;
  return (
    <div className={classes.frame} data-placement={legend.placement === 'right' ? 'right' : 'bottom'}>
      <svg
        className={classes.pie}
        viewBox="-50 -50 100 100"
        role="img"
        aria-label={`${title}: ${describe(parts)}`}
      >
        {parts.map((part) => (
          <path key={part.name} d={sector(part, hole)} fill={part.display.color} className={classes.slice}>
            <title>{`${part.name}: ${part.display.text}`}</title>
          </path>
        ))}
      </svg>
      {flag(legend.showLegend, true) && (
        <ul className={classes.legend} tabIndex={0} aria-label="Shares">
          {parts.map((part) => (
            <li key={part.name}>
              <span className={classes.swatch} style={{ background: part.display.color }} aria-hidden />
              <span className={classes.name}>{part.name}</span>
              {(values.length === 0 || values.includes('value')) && <b>{part.display.text}</b>}
              {values.includes('percent') && <b>{formatPercent(part.to - part.from, 1)}</b>}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function describe(parts: readonly Slice[]): string {
  return parts.map(({ name, from, to }) => `${name} ${formatPercent(to - from, 1)}`).join(', ');
}

const OUTER = 48;

function sector({ from, to }: Slice, inner: number): string {
  // A whole turn has no end that differs from its start.
  const end = Math.min(to, from + 0.9999);
  const point = (share: number, radius: number) => {
    const angle = (share - 0.25) * 2 * Math.PI;
    return `${(radius * Math.cos(angle)).toFixed(3)} ${(radius * Math.sin(angle)).toFixed(3)}`;
  };
  const large = end - from > 0.5 ? 1 : 0;
  const outer = `M${point(from, OUTER)} A${OUTER} ${OUTER} 0 ${large} 1 ${point(end, OUTER)}`;
  if (inner === 0) return `${outer} L0 0 Z`;
  return `${outer} L${point(end, inner)} A${inner} ${inner} 0 ${large} 0 ${point(from, inner)} Z`;
}
