/** The pages of the navigation; `key2` is what follows `g` on the keyboard. */
export const PAGES = [
  { path: '/discover', label: 'Discover', key2: 'd' },
  { path: '/metrics', label: 'Metrics', key2: 'm' },
  { path: '/dashboards', label: 'Dashboards', key2: 'b' },
  { path: '/alerts', label: 'Alerts', key2: 'l' },
  { path: '/targets', label: 'Targets', key2: 'r' },
  { path: '/agents', label: 'Agents', key2: 'a' },
  { path: '/errors', label: 'Errors', key2: 'e' },
  { path: '/tasks', label: 'Tasks', key2: 't' },
  { path: '/status', label: 'Status', key2: 's' },
] as const;
