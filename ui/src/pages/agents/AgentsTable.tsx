import type { Agent } from '../../api/types';
import page from '../../components/Page.module.css';
import { AgentRow } from './AgentRow';
import classes from './Agents.module.css';

export function AgentsTable({ agents, now }: { agents: readonly Agent[]; now: number }) {
  return (
    <table className={page.table}>
      <thead>
        <tr>
          <th scope="col">Agent</th>
          <th scope="col">Status</th>
          <th scope="col">Last heartbeat</th>
          <th scope="col" className={page.roomy}>
            Type
          </th>
          <th scope="col">Skills</th>
          <th scope="col" className={page.number}>
            Active
          </th>
          <th scope="col" className={`${page.number} ${page.roomy}`}>
            Completed
          </th>
          <th scope="col" className={page.number}>
            Failed
          </th>
          <th scope="col" title="Events that the agent emitted, against what arrived">
            Events
          </th>
          <th scope="col" className={classes.process}>
            Process
          </th>
          <th scope="col">Look at</th>
        </tr>
      </thead>
      <tbody>
        {agents.map((agent) => (
          <AgentRow key={agent.agent_name} agent={agent} now={now} />
        ))}
      </tbody>
    </table>
  );
}
