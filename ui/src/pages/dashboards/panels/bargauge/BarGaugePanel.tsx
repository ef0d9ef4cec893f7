import { useMemo, type CSSProperties } from 'react';
import { flag, text } from '../../../../lib/dashboard/model/read';
import { barGauges } from '../../../../lib/dashboard/panels/barGauge';
import type { PanelProps } from '../../grid/PanelBody';
import classes from './BarGauge.module.css';

export default function BarGaugePanel({ panel, data, width, height }: PanelProps) {
  const { frames, scheme } = data;
  const bars = useMemo(() => barGauges(frames, panel, scheme), [frames, panel, scheme]);
  const wanted = text(panel.options.orientation, 'auto');
  const upright = wanted === 'vertical' || (wanted === 'auto' && width > height * 1.6 && bars.length > 2);
  return (
    <ul
      className={classes.bars}
      data-upright={upright}
      data-unfilled={flag(panel.options.showUnfilled, true)}
      data-mode={text(panel.options.displayMode, 'gradient')}
      tabIndex={0}
      aria-label="Values"
    >
      {bars.map(({ name, display }, index) => (
        <li
          key={`${name} ${index}`}
          className={classes.bar}
          style={{ '--share': `${display.share * 100}%`, '--color': display.color } as CSSProperties}
        >
          <span className={classes.name} title={name}>
            {name}
          </span>
          <span className={classes.track} aria-hidden>
            <span className={classes.fill} />
          </span>
          <span className={classes.value}>{display.text}</span>
        </li>
      ))}
    </ul>
  );
}
