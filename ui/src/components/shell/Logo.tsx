export function Logo() {
  return (
    <svg width="20" height="20" viewBox="0 0 32 32" aria-hidden>
      <circle cx="16" cy="16" r="11" fill="none" stroke="#7c96ff" strokeWidth="2.4" />
      <circle cx="16" cy="5" r="4" fill="#ffd43b" />
      <circle cx="25.5" cy="21.5" r="4" fill="#4dabf7" />
      <circle cx="6.5" cy="21.5" r="4" fill="#63e6be" />
      <circle cx="16" cy="16" r="3.2" fill="#fff" />
    </svg>
  );
}
