// pages/bar.tsx - one horizontal bar. The number always stands beside it, so it says nothing to
// screen readers.

export function Bar({ share, tone }: { share: number; tone: 'bad' | 'plain' }) {
  const width = share <= 0 ? 0 : Math.max(0.8, Math.min(100, share * 100));
  return (
    <svg className={`pt-bar pt-bar-${tone}`} viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true" focusable="false">
      <rect className="pt-bar-track" width="100" height="6" />
      <rect className="pt-bar-fill" width={width} height="6" />
    </svg>
  );
}
