import { Link } from 'wouter';
import classes from './CorrelationLink.module.css';

export function CorrelationLink({ id }: { id: string }) {
  return (
    <Link
      href={`/correlation/${encodeURIComponent(id)}`}
      className={classes.link}
      title={`Everything of ${id}, across agents`}
    >
      {id}
    </Link>
  );
}

export function isCorrelationField(name: string): boolean {
  return name === 'correlation_id' || name.endsWith('.correlation_id');
}
