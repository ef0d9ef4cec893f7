import { Button, Menu } from '@mantine/core';
import { IconHistory } from '@tabler/icons-react';
import { useStore } from '../../../state/store';
import { forgetAll, queryHistory } from '../state/queryHistory';
import classes from '../Metrics.module.css';

export function HistoryMenu({ onPick }: { onPick: (expr: string) => void }) {
  const list = useStore(queryHistory);
  return (
    <Menu position="bottom-start" shadow="md" width={520}>
      <Menu.Target>
        <Button variant="default" leftSection={<IconHistory size={15} aria-hidden />}>
          History
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {list.length === 0 ? 'Queries that you run show here.' : 'Run in this browser'}
        </Menu.Label>
        <div className={classes.history}>
          {list.map((expr) => (
            <Menu.Item key={expr} className={classes.historyItem} onClick={() => onPick(expr)}>
              {expr}
            </Menu.Item>
          ))}
        </div>
        {list.length > 0 && (
          <>
            <Menu.Divider />
            <Menu.Item onClick={forgetAll}>Clear the history</Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
