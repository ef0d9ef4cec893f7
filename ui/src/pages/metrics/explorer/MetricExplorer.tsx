import { Drawer, Select, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconSearch } from '@tabler/icons-react';
import { useDeferredValue, useMemo, useState } from 'react';
import { labelValues, metadata } from '../../../api/prometheus';
import { EmptyState } from '../../../components/EmptyState';
import { ErrorState } from '../../../components/ErrorState';
import { Loading } from '../../../components/Loading';
import { formatCount } from '../../../lib/number';
import { metricList, searchMetrics, type ListedMetric } from '../../../lib/promql/metricList';
import { MetricItems } from './MetricItems';
import classes from './Explorer.module.css';

interface MetricExplorerProps {
  opened: boolean;
  onClose: () => void;
  onPick: (metric: ListedMetric, usual: boolean) => void;
}

export function MetricExplorer({ opened, onClose, onPick }: MetricExplorerProps) {
  return (
    <Drawer opened={opened} onClose={onClose} position="right" size={560} title="Metrics">
      <Explorer onPick={onPick} />
    </Drawer>
  );
}

const TYPES = ['counter', 'gauge', 'histogram', 'summary'];

function Explorer({ onPick }: Pick<MetricExplorerProps, 'onPick'>) {
  const [text, setText] = useState('');
  const [type, setType] = useState('');
  const { data, error } = useMetricList();
  // Thousands of names: the field must not wait for the list.
  const sought = useDeferredValue(text);
  const found = useMemo(() => searchMetrics(data ?? [], sought, type), [data, sought, type]);
  if (error && !data) return <ErrorState title="The metrics could not be listed" error={error} />;
  if (!data) return <Loading label="Loading the metrics" />;
  return (
    <div className={classes.explorer}>
      <div className={classes.search}>
        <TextInput
          autoFocus
          style={{ flex: 1 }}
          aria-label="Search metrics"
          placeholder="Search names and descriptions"
          leftSection={<IconSearch size={14} aria-hidden />}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Select
          w={130}
          aria-label="Metric type"
          placeholder="any type"
          data={TYPES}
          value={type || null}
          clearable
          onChange={(value) => setType(value ?? '')}
        />
      </div>
      <div className={classes.count} role="status">
        {formatCount(found.length)} of {formatCount(data.length)} metrics
      </div>
      {found.length === 0 ? (
        <EmptyState
          title={data.length === 0 ? 'No metrics yet' : 'No metric matches'}
          detail={
            data.length === 0
              ? 'Metrics show here once a target is scraped or an agent writes them. The Targets page tells what is scraped.'
              : undefined
          }
        />
      ) : (
        <MetricItems list={found} onPick={onPick} />
      )}
    </div>
  );
}

function useMetricList() {
  const names = useQuery({
    queryKey: ['promql', 'explorer', 'names'],
    queryFn: ({ signal }) => labelValues('__name__', {}, signal),
    staleTime: 15_000,
  });
  const known = useQuery({
    queryKey: ['promql', 'explorer', 'metadata'],
    queryFn: ({ signal }) => metadata(signal),
    staleTime: 60_000,
  });
  // Types and descriptions are a help: the names do without.
  const list = known.isPending ? undefined : names.data;
  const data = useMemo(() => list && metricList(list, known.data ?? {}), [list, known.data]);
  return { data, error: names.error };
}
