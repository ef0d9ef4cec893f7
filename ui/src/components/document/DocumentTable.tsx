import { useMemo } from 'react';
import type { JsonObject } from '../../api/types';
import { flatten } from '../../lib/flatten';
import type { LogActions } from '../logs/actions';
import { FieldButtons } from './FieldButtons';
import { FieldText } from './FieldText';
import classes from './Document.module.css';

interface DocumentTableProps {
  source: JsonObject;
  columns: readonly string[];
  actions: LogActions;
}

export function DocumentTable({ source, columns, actions }: DocumentTableProps) {
  const fields = useMemo(() => flatten(source), [source]);
  const filterable = actions.addFilter !== undefined;
  return (
    <table className={classes.table}>
      <tbody>
        {fields.map(({ name, value }) => (
          <tr key={name}>
            {filterable && (
              <td className={classes.buttons}>
                <FieldButtons name={name} value={value} shown={columns.includes(name)} actions={actions} />
              </td>
            )}
            <th scope="row" className={classes.name}>
              {name}
            </th>
            <td className={classes.value}>
              <FieldText name={name} value={value} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
