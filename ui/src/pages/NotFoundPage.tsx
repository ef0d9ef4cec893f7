import { Link } from 'wouter';
import { EmptyState } from '../components/EmptyState';

export default function NotFoundPage() {
  return (
    <EmptyState title="There is no such page" detail={<code>{window.location.pathname}</code>}>
      <Link href="/discover">Go to Discover</Link>
    </EmptyState>
  );
}
