import { useMemo } from 'react';
import { EmptyState } from '../../../components/EmptyState';
import { compact } from '../../../lib/dashboard/layout/compact';
import { repeatSections } from '../../../lib/dashboard/layout/repeat';
import { isClosed, sectionsOf } from '../../../lib/dashboard/layout/sections';
import { useDashboard } from '../state/context';
import { PanelFrame } from './PanelFrame';
import { RowHeader } from './RowHeader';
import classes from './Grid.module.css';

/** The rows of the dashboard with their panels, or the one panel that fills the page. */
export function Sections() {
  const { file, scope, state } = useDashboard();
  const { view, actions } = state;
  const sections = useMemo(() => repeatSections(sectionsOf(file.panels), scope), [file.panels, scope]);
  const toggled = useMemo(() => new Set(view.toggledRows), [view.toggledRows]);
  if (view.viewPanel !== '') {
    const panel = sections
      .flatMap((section) => section.panels)
      .find(({ key, id }) => key === view.viewPanel || String(id) === view.viewPanel);
    if (!panel) return <EmptyState title="This dashboard has no such panel" detail={view.viewPanel} />;
    return (
      <div className={classes.alone}>
        <PanelFrame key={panel.key} panel={panel} level={2} alone />
      </div>
    );
  }
  return sections.map(({ row, panels }) => (
    <section key={row?.key ?? ''}>
      {row && (
        <RowHeader
          row={row}
          closed={isClosed(row, toggled)}
          count={panels.length}
          onToggle={() => actions.toggleRow(row.key)}
        />
      )}
      {!(row && isClosed(row, toggled)) && (
        <div className={classes.grid}>
          {compact(panels).map((panel) => (
            <PanelFrame key={panel.key} panel={panel} level={row ? 3 : 2} />
          ))}
        </div>
      )}
    </section>
  ));
}
