import { useComputedColorScheme } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Hit } from '../../../api/types';
import type { Scheme } from '../../../lib/chart/palette';
import { applyFieldConfig } from '../../../lib/dashboard/field/apply';
import type { Frame } from '../../../lib/dashboard/frames/frame';
import type { Panel } from '../../../lib/dashboard/model/types';
import type { FixedRange } from '../../../lib/dashboard/time/interval';
import { panelRange } from '../../../lib/dashboard/time/range';
import { applyTransformations } from '../../../lib/dashboard/transform/apply';
import { extend } from '../../../lib/dashboard/variables/builtIn';
import { single, type Scope } from '../../../lib/dashboard/variables/types';
import { useDashboard } from './context';
import { askPanel, panelQuestions, type PanelQuestions, type TargetFault } from './targets';

/** Everything that a panel is drawn from. */
export interface PanelData {
  frames: Frame[];
  hits: Hit[];
  range: FixedRange;
  scope: Scope;
  scheme: Scheme;
  questions: PanelQuestions;
  notes: string[];
  hints: string[];
  faults: TargetFault[];
  /** Whether there has been an answer, and whether a newer one is on its way. */
  ready: boolean;
  busy: boolean;
}

/** Panels narrower than this still get as many points. */
const LEAST_POINTS = 100;
/** Widths are taken in steps, so that dragging a window does not ask for every pixel. */
const WIDTH_STEP = 120;

export function usePanelData(panel: Panel, width: number, seen: boolean): PanelData {
  const { state, scope: shared } = useDashboard();
  const scheme = useComputedColorScheme();
  const scope = useMemo(
    () =>
      extend(
        shared,
        Object.entries(panel.scoped).map(([name, { value, text }]) => [name, single(value, text)]),
      ),
    [shared, panel.scoped],
  );
  const range = useMemo(
    () => panelRange(state.range, panel.timeFrom, panel.timeShift),
    [state.range, panel.timeFrom, panel.timeShift],
  );
  const points = panel.maxDataPoints ?? Math.max(LEAST_POINTS, Math.ceil(width / WIDTH_STEP) * WIDTH_STEP);
  const questions = useMemo(
    () => panelQuestions(panel, { scope, range, maxDataPoints: points, interval: panel.interval }),
    [panel, scope, range, points],
  );
  const asked = questions.prometheus.length + questions.elastic.length > 0;
  const { data, isFetching, error } = useQuery({
    queryKey: ['dashboard', 'panel', questions.prometheus, questions.elastic, state.asOf],
    queryFn: ({ signal }) => askPanel(questions, signal),
    placeholderData: keepPreviousData,
    enabled: asked && seen && width > 0,
  });
  const drawn = useMemo(() => {
    const { frames, left } = applyTransformations(data?.frames ?? [], panel.transformations);
    return { frames: applyFieldConfig(frames, panel), left };
  }, [data, panel]);
  const notes = [
    ...(data?.notes ?? []),
    ...drawn.left.map((id) => `The transformation ${id} is not applied here.`),
  ];
  const faults = data?.faults ?? questions.faults;
  return {
    frames: drawn.frames,
    hits: data?.hits ?? [],
    range,
    scope,
    scheme,
    questions,
    notes,
    hints: data?.hints ?? [],
    faults: error ? [...faults, { refId: '', query: '', error }] : faults,
    ready: data !== undefined || !asked || error !== null,
    busy: isFetching,
  };
}
