import 'uplot/dist/uPlot.min.css';
import { useEffect, useEffectEvent, useRef } from 'react';
import uPlot from 'uplot';
import type { Scheme } from '../../../../lib/chart/palette';
import { heatmapOptions, type HeatmapShape } from './heatmapOptions';
import classes from './Heatmap.module.css';

interface HeatmapPlotProps extends HeatmapShape {
  label: string;
  syncKey: string | undefined;
  scheme: Scheme;
}

/** The picture of a heatmap; everything that React draws is around it. */
export default function HeatmapPlot(props: HeatmapPlotProps) {
  const { label, cells, style, span, syncKey, scheme } = props;
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(null);
  const current = useEffectEvent(() => props);

  // Canvas colours are read once: another scheme means another plot.
  useEffect(() => {
    const element = host.current;
    if (!element) return;
    const options = heatmapOptions(element, () => current(), syncKey);
    const created = new uPlot(options, dataOf(current().cells.times), element);
    plot.current = created;
    const observer = new ResizeObserver(() => {
      created.setSize({ width: element.clientWidth, height: element.clientHeight });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      created.destroy();
      plot.current = null;
    };
  }, [scheme, syncKey]);

  useEffect(() => plot.current?.setData(dataOf(cells.times), true), [cells, style, span]);

  return <div className={classes.canvas} ref={host} role="img" aria-label={label} />;
}

/** Only the axes come from the data: the cells are drawn from the counts. */
function dataOf(times: readonly number[]): uPlot.AlignedData {
  return [[...times], times.map(() => 0)];
}
