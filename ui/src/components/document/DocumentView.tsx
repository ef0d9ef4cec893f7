import { Tabs } from '@mantine/core';
import type { Hit } from '../../api/types';
import { fieldValue } from '../../lib/flatten';
import { CopyButton } from '../CopyButton';
import { CorrelationLink } from '../CorrelationLink';
import { JsonView } from '../JsonView';
import type { LogActions } from '../logs/actions';
import { DocumentTable } from './DocumentTable';
import { ErrorGroupLink } from './ErrorGroupLink';
import classes from './Document.module.css';

interface DocumentViewProps {
  hit: Hit;
  columns: readonly string[];
  actions: LogActions;
}

export function DocumentView({ hit, columns, actions }: DocumentViewProps) {
  const correlation = fieldValue(hit.source, 'metadata.correlation_id');
  const json = () => JSON.stringify(hit.source, null, 2);
  return (
    <Tabs defaultValue="table" keepMounted={false} className={classes.document}>
      <div className={classes.head}>
        <Tabs.List className={classes.tabs}>
          <Tabs.Tab value="table">Table</Tabs.Tab>
          <Tabs.Tab value="json">JSON</Tabs.Tab>
        </Tabs.List>
        <div className={classes.about}>
          {typeof correlation === 'string' && (
            <span>
              correlation <CorrelationLink id={correlation} />
            </span>
          )}
          <ErrorGroupLink hit={hit} />
          <span className={classes.where} title="Index and id">
            {hit.index} · {hit.id}
          </span>
          <CopyButton text={json} label="Copy the document as JSON" />
        </div>
      </div>
      <Tabs.Panel value="table">
        <DocumentTable source={hit.source} columns={columns} actions={actions} />
      </Tabs.Panel>
      <Tabs.Panel value="json" className={classes.json}>
        <JsonView value={hit.source} />
      </Tabs.Panel>
    </Tabs>
  );
}
