import type { Json } from '../../api/types';
import { textOf } from '../../lib/flatten';
import { CorrelationLink, isCorrelationField } from '../CorrelationLink';
import { SeverityBadge } from '../SeverityBadge';
import { JsonView } from '../JsonView';
import classes from './Document.module.css';

export function FieldText({ name, value }: { name: string; value: Json }) {
  if (typeof value === 'string' && isCorrelationField(name)) return <CorrelationLink id={value} />;
  if (typeof value === 'string' && name === 'severity') return <SeverityBadge severity={value} />;
  if (name.endsWith('traceback')) return <pre className={classes.traceback}>{tracebackText(value)}</pre>;
  if (typeof value === 'object' && value !== null && !isPlainList(value)) return <JsonView value={value} />;
  return <span className={classes.text}>{textOf(value)}</span>;
}

/** Lines as Python's traceback module gives them: with or without their own line ends. */
export function tracebackText(value: Json): string {
  if (!Array.isArray(value)) return textOf(value);
  return value.map((line) => textOf(line).replace(/\n$/, '')).join('\n');
}

function isPlainList(value: Json): boolean {
  return Array.isArray(value) && value.every((item) => typeof item !== 'object');
}
