import { useMemo } from 'react';
import { gaugeDials, type GaugeDial } from '../../../../lib/dashboard/panels/gauge';
import type { PanelProps } from '../../grid/PanelBody';
import classes from './Gauge.module.css';

const RADIUS = 40;
const CENTER = 50;
/** The dial is open at the bottom: it goes from 7 to 5 o'clock. */
const START = (-210 * Math.PI) / 180;
const SWEEP = (240 * Math.PI) / 180;

export default function GaugePanel({ panel, data }: PanelProps) {
  const { frames, scheme } = data;
  const dials = useMemo(() => gaugeDials(frames, panel, scheme), [frames, panel, scheme]);
  return (
    <div className={classes.dials}>
      {dials.map((dial, index) => (
        <Dial key={`${dial.name} ${index}`} dial={dial} showName={dials.length > 1} />
      ))}
    </div>
  );
}

function Dial({ dial, showName }: { dial: GaugeDial; showName: boolean }) {
  const { name, display, bands } = dial;
  const size = Math.min(19, 92 / Math.max(4, display.text.length));
  return (
    <figure
      className={classes.dial}
      role="meter"
      aria-label={name}
      aria-valuetext={display.text}
      aria-valuenow={display.share * 100}
      aria-valuemin={0}
      aria-valuemax={100}
    >
      <svg viewBox="0 0 100 84" aria-hidden>
        <path d={arc(RADIUS, 0, 1)} className={classes.track} />
        {bands.map(({ from, to, color }) => (
          <path key={from} d={arc(RADIUS + 7, from, to)} stroke={color} strokeWidth="2.4" fill="none" />
        ))}
        {display.number !== null && display.share > 0 && (
          <path d={arc(RADIUS, 0, display.share)} stroke={display.color} strokeWidth="9" fill="none" />
        )}
        <text x={CENTER} y={CENTER + 6} className={classes.value} fill={display.color} fontSize={size}>
          {display.text}
        </text>
      </svg>
      {showName && <figcaption className={classes.name}>{name}</figcaption>}
    </figure>
  );
}

function arc(radius: number, from: number, to: number): string {
  const point = (share: number) => {
    const angle = START + SWEEP * share;
    return `${(CENTER + radius * Math.cos(angle)).toFixed(2)} ${(CENTER + radius * Math.sin(angle)).toFixed(2)}`;
  };
  const large = (to - from) * SWEEP > Math.PI ? 1 : 0;
  return `M${point(from)} A${radius} ${radius} 0 ${large} 1 ${point(to)}`;
}
