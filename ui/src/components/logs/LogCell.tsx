import type { JsonObject } from '../../api/types';
import { fieldValue, flatten, textOf } from '../../lib/flatten';
import { mark } from '../../lib/lucene/highlight';
import { CorrelationLink, isCorrelationField } from '../CorrelationLink';
import { SeverityBadge } from '../SeverityBadge';
import classes from './LogTable.module.css';

interface LogCellProps {
  source: JsonObject;
  name: string;
  matcher: RegExp | null;
}

/** A cell shows one line: what is longer is in the document. */
const LONGEST = 600;

export function LogCell({ source, name, matcher }: LogCellProps) {
  const value = fieldValue(source, name);
  return (
    <span role="gridcell" className={classes.cell} data-column={name}>
      {value === undefined && name === 'message' ? (
        <Summary source={source} />
      ) : name === 'severity' && typeof value === 'string' ? (
        <SeverityBadge severity={value} />
      ) : isCorrelationField(name) && typeof value === 'string' ? (
        <CorrelationLink id={value} />
      ) : (
        <Highlighted text={textOf(value).slice(0, LONGEST)} matcher={matcher} />
      )}
    </span>
  );
}

function Highlighted({ text, matcher }: { text: string; matcher: RegExp | null }) {
  if (!matcher) return text;
  return mark(text, matcher).map((piece, index) =>
    piece.marked ? <mark key={index}>{piece.text}</mark> : piece.text,
  );
}

/** A document that is no event has no message: its fields stand in. */
function Summary({ source }: { source: JsonObject }) {
  return flatten(source)
    .slice(0, 12)
    .map(({ name, value }) => (
      <span key={name} className={classes.pair}>
        <span className={classes.pairName}>{name}</span> {textOf(value).slice(0, 80)}
      </span>
    ));
}
