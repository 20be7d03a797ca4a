// pages/title.ts - the title of the browser's window follows the page.

import { useEffect } from 'react';

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title === '' ? 'Packtrail' : `${title} · Packtrail`;
  }, [title]);
}
