import { laneColor, type Lane } from '../../lib/timeline';
import classes from './Correlation.module.css';

const MAX_WIDTH = 180;
const MAX_PITCH = 18;

/** The strip of one row: a line for every agent that is in its span here, and the dot of the one who speaks. */
export function Lanes({ lanes, active, at }: { lanes: readonly Lane[]; active: number; at: number }) {
  const pitch = Math.min(MAX_PITCH, MAX_WIDTH / lanes.length);
  const x = (index: number) => (index + 0.5) * pitch;
  return (
    <svg className={classes.lanes} width={Math.ceil(pitch * lanes.length)} height="26" aria-hidden>
      {lanes.map((lane, index) => {
        const top = at > lane.first ? 0 : 13;
        const bottom = at < lane.last ? 26 : 13;
        if (at < lane.first || at > lane.last || top === bottom) return null;
        return (
          <line
            key={lane.agent}
            x1={x(index)}
            x2={x(index)}
            y1={top}
            y2={bottom}
            stroke={laneColor(lane)}
            strokeWidth="2"
            opacity="0.45"
          />
        );
      })}
      <circle
        cx={x(active)}
        cy="13"
        r="5"
        fill="var(--lane-color)"
        stroke="var(--surface)"
        strokeWidth="1.5"
      />
    </svg>
  );
}
