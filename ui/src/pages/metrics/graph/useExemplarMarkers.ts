import { useComputedColorScheme } from '@mantine/core';
import { useMemo } from 'react';
import type { Exemplar, LabelSet } from '../../../api/prometheusTypes';
import type { Marker } from '../../../components/charts/types';
import { parseValue } from '../../../lib/chart/align';
import { paletteColor } from '../../../lib/chart/palette';
import { useExemplars, type Grid, type RowAnswer } from '../state/useMetricsData';
import type { Metrics } from '../state/useMetricsState';

export interface FoundExemplar extends Exemplar {
  series: LabelSet;
}

export interface FoundExemplars {
  rows: readonly RowAnswer<unknown>[];
  list: readonly FoundExemplar[];
  markers: readonly Marker[];
}

/** The latest are the ones that somebody looks for. */
const MOST = 500;

export function useExemplarMarkers(metrics: Metrics, grid: Grid): FoundExemplars {
  const rows = useExemplars(metrics, grid, metrics.state.exemplars);
  const scheme = useComputedColorScheme();
  return useMemo(() => {
    const list = rows
      .flatMap(({ answer }) => answer?.data ?? [])
      .flatMap(({ seriesLabels, exemplars }) => exemplars.map((each) => ({ ...each, series: seriesLabels })))
      .sort((a, b) => b.timestamp - a.timestamp)
      .slice(0, MOST);
    const markers = list.map(({ timestamp, value }) => ({
      at: timestamp * 1_000,
      value: parseValue(value),
      color: paletteColor(3, scheme),
    }));
    return { rows, list, markers: metrics.state.exemplars ? markers : [] };
  }, [rows, scheme, metrics.state.exemplars]);
}
