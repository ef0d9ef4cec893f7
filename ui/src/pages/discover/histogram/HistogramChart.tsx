import 'uplot/dist/uPlot.min.css';
import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import uPlot from 'uplot';
import type { HistogramReply } from '../../../api/types';
import type { TimeRange } from '../../../lib/time/range';
import { chartData, chartOptions, xRange, type Hover } from './chartOptions';
import { HistogramTooltip } from './HistogramTooltip';
import classes from './Histogram.module.css';

interface HistogramChartProps {
  reply: HistogramReply;
  label: string;
  onZoom: (range: TimeRange) => void;
}

/** The only module that brings uPlot in. */
export default function HistogramChart({ reply, label, onZoom }: HistogramChartProps) {
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(null);
  const scheme = useComputedColorScheme();
  const [hover, setHover] = useState<Hover | null>(null);
  const currentReply = useEffectEvent(() => reply);
  const zoomed = useEffectEvent((range: TimeRange) => onZoom(range));

  // Canvas colours are read once: another scheme means another chart.
  useEffect(() => {
    const element = host.current;
    if (!element) return;
    const options = chartOptions({
      element,
      reply: () => currentReply(),
      onHover: setHover,
      onZoom: (range) => zoomed(range),
    });
    const plot = new uPlot(options, chartData(currentReply()), element);
    chart.current = plot;
    const observer = new ResizeObserver(() => {
      plot.setSize({ width: element.clientWidth, height: element.clientHeight });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
    };
  }, [scheme]);

  useEffect(() => {
    const plot = chart.current;
    if (!plot) return;
    plot.batch(() => {
      plot.setData(chartData(reply), true);
      const { min, max } = xRange(reply);
      plot.setScale('x', { min, max });
    });
  }, [reply]);

  const bucket = hover ? reply.buckets[hover.index] : undefined;
  return (
    <div className={classes.canvas} ref={host} role="img" aria-label={label}>
      {hover && bucket && (
        <HistogramTooltip bucket={bucket} intervalMs={reply.interval_ms} left={hover.left} />
      )}
    </div>
  );
}
