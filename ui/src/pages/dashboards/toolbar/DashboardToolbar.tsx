import { Tooltip } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import { useIsFetching } from '@tanstack/react-query';
import { Link } from 'wouter';
import { RefreshPicker } from '../../../components/time/RefreshPicker';
import { TimePicker } from '../../../components/time/TimePicker';
import type { Dashboard } from '../../../lib/dashboard/model/types';
import type { DashboardState } from '../state/useDashboardView';
import { DashboardLinks } from './DashboardLinks';
import classes from './Toolbar.module.css';

export function DashboardToolbar({ file, state }: { file: Dashboard; state: DashboardState }) {
  const busy = useIsFetching({ queryKey: ['dashboard', 'panel'] }) > 0;
  const { time, refreshSeconds, actions } = state;
  return (
    <div className={classes.toolbar}>
      <div className={classes.name}>
        <Link href="/dashboards" className={classes.back}>
          Dashboards
        </Link>
        <span aria-hidden>/</span>
        <h1 className={classes.title}>{file.title}</h1>
        {file.description !== '' && (
          <Tooltip label={file.description} multiline maw={360}>
            <button type="button" className={classes.info} aria-label={`About: ${file.description}`}>
              <IconInfoCircle size={16} aria-hidden />
            </button>
          </Tooltip>
        )}
      </div>
      <DashboardLinks file={file} />
      <div className={classes.time}>
        <TimePicker value={time} onChange={actions.setRange} />
        <RefreshPicker
          seconds={refreshSeconds}
          busy={busy}
          onRefresh={actions.refresh}
          onSeconds={actions.setRefresh}
        />
      </div>
    </div>
  );
}
