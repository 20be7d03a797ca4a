// ui/icons.tsx - the page's own pictures: 24 x 24, drawn with the colour of the text, hidden from
// screen readers because a word always stands beside them.

const kPaths = {
  ok: 'M4.5 12.8l5 5L19.5 7',
  cross: 'M6 6l12 12M18 6L6 18',
  warn: 'M12 3.5L2.6 20h18.8zM12 10v4.6M12 17.2v.3',
  info: 'M12 3a9 9 0 100 18 9 9 0 000-18zM12 11v6M12 7.2v.3',
  play: 'M8 5.5v13l10.5-6.5z',
  pause: 'M8.5 5v14M15.5 5v14',
  clock: 'M12 3a9 9 0 100 18 9 9 0 000-18zM12 7v5.4l3.4 2',
  lock: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 017 0v3',
  offline: 'M3 3l18 18M2.5 9.5A14 14 0 017 6.6M12 5c3.6 0 7 1.5 9.5 4.500M6 13.300a9 9 0 013.5-2.100M9.3 16.900a4 4 0 015.4 0M12 20v.2',
  moon: 'M20 14.500A8.5 8.5 0 019.5 4a8.5 8.5 0 1010.5 10.500z',
  sun: 'M12 8a4 4 0 100 8 4 4 0 000-8zM12 2.500v2M12 19.500v2M2.5 12h2M19.5 12h2M5.3 5.300l1.4 1.400M17.3 17.300l1.4 1.400M5.3 18.700l1.4-1.400M17.3 6.700l1.4-1.4',
  out: 'M10 4H5v16h5M14 8l4 4-4 4M18 12H9.5',
  scan: 'M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4M8 9v6M11 9v6M13.5 9v6M16.2 9v6',
  box: 'M12 3l8.5 4.500v9L12 21l-8.5-4.500v-9zM3.5 7.500L12 12l8.5-4.500M12 12v9',
  boxes: 'M3 13h8v8H3zM13 13h8v8h-8zM8 3h8v8H8z',
  eye: 'M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 9a3 3 0 100 6 3 3 0 000-6z',
  truck: 'M2.5 6h11v10h-11zM13.5 9.500h4l4 3.500v3h-8M6.5 16a2 2 0 100 4 2 2 0 000-4zM17 16a2 2 0 100 4 2 2 0 000-4z',
  dot: 'M12 9a3 3 0 100 6 3 3 0 000-6z',
  down: 'M12 4v11M7 10.500l5 5 5-5M4.5 20h15',
  right: 'M9 5.500l6.5 6.500L9 18.5',
  hand: 'M12 3a9 9 0 100 18 9 9 0 000-18zM5.8 5.800l12.4 12.4',
} as const;

export type IconName = keyof typeof kPaths;

export function Icon({ name, size = 24, className }: { name: IconName; size?: number; className?: string }) {
  return (
    <svg
      aria-hidden="true"
      focusable="false"
      viewBox="0 0 24 24"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      strokeWidth="2.2"
      strokeLinecap="round"
      strokeLinejoin="round"
      className={`pt-icon ${className ?? ''}`}
    >
      <path d={kPaths[name]} />
    </svg>
  );
}

export function Mark({ size = 32 }: { size?: number }) {
  return (
    <svg aria-hidden="true" focusable="false" viewBox="0 0 32 32" width={size} height={size} className="pt-mark">
      <rect width="32" height="32" rx="7" fill="#0b6f69" />
      <path d="M7 7v18h18" fill="none" stroke="#fff" strokeWidth="3.2" strokeLinecap="square" />
      <path d="M12 12h3v3h-3zM18 12h3v3h-3zM15 15h3v3h-3zM21 15h3v3h-3zM12 18h3v3h-3zM18 18h3v3h-3z" fill="#9be3dc" />
    </svg>
  );
}
