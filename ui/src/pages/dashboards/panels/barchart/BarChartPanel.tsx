import { useMemo, type CSSProperties } from 'react';
import { flag, record, text } from '../../../../lib/dashboard/model/read';
import { barChart } from '../../../../lib/dashboard/panels/barChart';
import { NoData } from '../../grid/PanelNotes';
import type { PanelProps } from '../../grid/PanelBody';
import classes from './BarChart.module.css';

/** More groups than fit are reached by scrolling. */
export default function BarChartPanel({ panel, data, title }: PanelProps) {
  const { frames, scheme } = data;
  const { groups, series } = useMemo(() => barChart(frames, panel, scheme), [frames, panel, scheme]);
  if (groups.length === 0) return <NoData />;
  const flat = text(panel.options.orientation, 'auto') === 'horizontal';
  const showLegend = flag(record(panel.options.legend).showLegend, true) && series.length > 1;
  return (
    <div className={classes.frame}>
      <ul className={classes.groups} data-flat={flat} tabIndex={0} aria-label={title || 'Bars'}>
        {groups.map(({ name, bars }, index) => (
          <li key={`${name} ${index}`} className={classes.group}>
            <span className={classes.bars}>
              {bars.map((bar) => (
                <span
                  key={bar.name}
                  className={classes.bar}
                  style={{ '--share': `${bar.share * 100}%`, '--color': bar.color } as CSSProperties}
                  title={`${bar.name}: ${bar.display.text}`}
                >
                  <span className={classes.value}>{bar.display.text}</span>
                  <span className={classes.fill} aria-hidden />
                </span>
              ))}
            </span>
            <span className={classes.name} title={name}>
              {name}
            </span>
          </li>
        ))}
      </ul>
      {showLegend && (
        <ul className={classes.legend} aria-label="Series">
          {series.map(({ name, color }) => (
            <li key={name}>
              <span className={classes.swatch} style={{ background: color }} aria-hidden />
              {name}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
