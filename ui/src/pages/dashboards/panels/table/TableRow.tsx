import { memo } from 'react';
import { Link } from 'wouter';
import { CorrelationLink, isCorrelationField } from '../../../../components/CorrelationLink';
import { filledLink } from '../../../../lib/dashboard/links';
import { plainText } from '../../../../lib/dashboard/frames/frame';
import type { FieldLink } from '../../../../lib/dashboard/model/types';
import { cellColors, type TableColumn } from '../../../../lib/dashboard/panels/table';
import { extend } from '../../../../lib/dashboard/variables/builtIn';
import { single, type Scope, type VariableValue } from '../../../../lib/dashboard/variables/types';
import classes from './Table.module.css';

interface TableRowProps {
  place: number;
  columns: readonly TableColumn[];
  scope: Scope;
}

export const TableRow = memo(function TableRow({ place, columns, scope }: TableRowProps) {
  return (
    <tr>
      {columns.map((column) => (
        <td
          key={column.name}
          style={{
            textAlign: column.align,
            ...cellColors(column.kind, column.show(column.field.values[place]).color),
          }}
        >
          <Cell column={column} columns={columns} place={place} scope={scope} />
        </td>
      ))}
    </tr>
  );
});

function Cell({ column, columns, place, scope }: TableRowProps & { column: TableColumn }) {
  const value = column.field.values[place];
  const { text, share, color } = column.show(value);
  const link = column.field.config.links?.[0];
  const href = link ? linkOf(link, value, text, columns, place, scope) : null;
  if (href?.startsWith('/') && !link?.targetBlank) {
    return (
      <Link href={href} title={link?.title}>
        {text}
      </Link>
    );
  }
  if (href !== null) {
    return (
      <a href={href} title={link?.title} target={link?.targetBlank ? '_blank' : undefined} rel="noreferrer">
        {text}
      </a>
    );
  }
  const name = column.field.name.replace(/\.keyword$/, '');
  if (typeof value === 'string' && value !== '' && isCorrelationField(name))
    return <CorrelationLink id={value} />;
  if (column.kind === 'gauge') {
    return (
      <span className={classes.gauge}>
        <span className={classes.gaugeTrack} aria-hidden>
          <span style={{ width: `${share * 100}%`, background: color }} />
        </span>
        <span style={{ color }}>{text}</span>
      </span>
    );
  }
  return column.kind === 'json' ? <code>{text}</code> : <span className={classes.text}>{text}</span>;
}

/** `${__value.raw}` and `${__data.fields.name}` stand for the cell and for the others of its row. */
function linkOf(
  { url }: FieldLink,
  value: unknown,
  shown: string,
  columns: readonly TableColumn[],
  place: number,
  scope: Scope,
): string | null {
  const entries: [string, VariableValue][] = [
    ['__value', single(plainText(value))],
    ['__value.raw', single(plainText(value))],
    ['__value.text', single(shown)],
  ];
  for (const { name, field } of columns) {
    const cell = single(plainText(field.values[place]));
    entries.push([`__data.fields.${name}`, cell], [`__data.fields["${name}"]`, cell]);
  }
  return filledLink(url, extend(scope, entries));
}
