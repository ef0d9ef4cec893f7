import { ActionIcon, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconZoomIn, IconZoomOut } from '@tabler/icons-react';
import { values } from '../../../api/logs';
import type { Field, FieldValue, LogScope } from '../../../api/types';
import { formatCount, formatPercent } from '../../../lib/number';
import type { DiscoverActions } from '../state/useDiscoverState';
import classes from './Fields.module.css';

const TOP = 10;

interface FieldValueListProps {
  field: Field;
  scope: LogScope;
  actions: DiscoverActions;
}

/** A field's commonest values among what the current query finds. */
export function FieldValueList({ field, scope, actions }: FieldValueListProps) {
  const { data, error } = useQuery({
    queryKey: ['logs', 'values', scope, field.name],
    queryFn: ({ signal }) => values(scope, field.name, TOP, signal),
    staleTime: 0,
  });
  return (
    <div>
      <div className={classes.valuesHead}>
        <strong>{field.name}</strong>
        <span className={classes.note}>{field.type}</span>
      </div>
      {error && <p className={classes.note}>{error.message}</p>}
      {!data && !error && <Skeleton height={150} />}
      {data && (
        <>
          <p className={classes.note}>
            in {formatCount(data.present)} of {formatCount(data.total)} documents (
            {formatPercent(data.present, data.total)})
          </p>
          {data.values.map((each) => (
            <ValueRow
              key={`${typeof each.value} ${each.value}`}
              field={field.name}
              each={each}
              present={data.present}
              actions={actions}
            />
          ))}
        </>
      )}
    </div>
  );
}

interface ValueRowProps {
  field: string;
  each: FieldValue;
  present: number;
  actions: DiscoverActions;
}

function ValueRow({ field, each: { value, count }, present, actions }: ValueRowProps) {
  const text = String(value);
  const percent = formatPercent(count, present);
  const button = (negate: boolean) => (
    <ActionIcon
      variant="subtle"
      size="sm"
      color="gray"
      aria-label={`Filter ${negate ? 'out' : 'for'} ${field}: ${text}`}
      onClick={() => actions.addFilter({ field, negate, value })}
    >
      {negate ? <IconZoomOut size={15} /> : <IconZoomIn size={15} />}
    </ActionIcon>
  );
  return (
    <div className={classes.value} title={`${text}: ${formatCount(count)}`}>
      <div className={classes.valueBody}>
        <span className={classes.valueText}>{text === '' ? '(empty)' : text}</span>
        <span className={classes.percent}>{percent}</span>
        <span className={classes.track} aria-hidden>
          <span className={classes.fill} style={{ width: `${present > 0 ? (count / present) * 100 : 0}%` }} />
        </span>
      </div>
      {button(false)}
      {button(true)}
    </div>
  );
}
