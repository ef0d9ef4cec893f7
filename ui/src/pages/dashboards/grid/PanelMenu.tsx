import { ActionIcon, Menu } from '@mantine/core';
import {
  IconArrowsMaximize,
  IconArrowsMinimize,
  IconCompass,
  IconDotsVertical,
  IconExternalLink,
  IconFileText,
} from '@tabler/icons-react';
import { Link } from 'wouter';
import { discoverOf, filledLink } from '../../../lib/dashboard/links';
import type { Panel } from '../../../lib/dashboard/model/types';
import { metricsLink } from '../../../lib/metricsUrl';
import { useDashboard } from '../state/context';
import type { PanelData } from '../state/usePanelData';
import classes from './Grid.module.css';

interface PanelMenuProps {
  panel: Panel;
  title: string;
  data: PanelData;
  alone: boolean;
}

export function PanelMenu({ panel, title, data, alone }: PanelMenuProps) {
  const { state } = useDashboard();
  const { questions, scope, range } = data;
  const { time } = state;
  return (
    <Menu position="bottom-end" shadow="md" width={220}>
      <Menu.Target>
        <ActionIcon
          className={classes.menu}
          variant="subtle"
          color="gray"
          size="sm"
          aria-label={`Menu of ${title || panel.type}`}
        >
          <IconDotsVertical size={15} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={alone ? <IconArrowsMinimize size={14} /> : <IconArrowsMaximize size={14} />}
          rightSection={<kbd>{alone ? 'Esc' : 'v'}</kbd>}
          onClick={() => state.actions.viewPanel(alone ? '' : panel.key)}
        >
          {alone ? 'Back to all panels' : 'View alone'}
        </Menu.Item>
        {questions.prometheus.length > 0 && (
          <Menu.Item
            component={Link}
            href={metricsLink(
              questions.prometheus.map(({ expr }) => expr),
              { range: time },
            )}
            leftSection={<IconCompass size={14} />}
          >
            Explore in Metrics
          </Menu.Item>
        )}
        {questions.elastic[0] && (
          <Menu.Item
            component={Link}
            href={discoverOf(questions.elastic[0], range)}
            leftSection={<IconFileText size={14} />}
          >
            Documents in Discover
          </Menu.Item>
        )}
        {panel.links.map(({ title: text, url, targetBlank }) => {
          const href = filledLink(url, scope);
          return (
            href !== null && (
              <Menu.Item
                key={text + url}
                component="a"
                href={href}
                target={targetBlank ? '_blank' : undefined}
                rel="noreferrer"
                leftSection={<IconExternalLink size={14} />}
              >
                {text}
              </Menu.Item>
            )
          );
        })}
      </Menu.Dropdown>
    </Menu>
  );
}
