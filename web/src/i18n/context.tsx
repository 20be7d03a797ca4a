// i18n/context.tsx - the chosen language for the whole page; remembered on this machine.

import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import { chooseLanguage, loadCatalog, Messages, type LanguageCode } from './messages';

const kStored = 'packtrail.language';

/** What was chosen on this machine before, else what the browser asks for. */
export function startLanguage(): LanguageCode {
  const wanted = [...navigator.languages];
  try {
    const stored = localStorage.getItem(kStored);
    if (stored !== null) wanted.unshift(stored);
  } catch {
    // Storage may be forbidden; the browser's wish counts then.
  }
  return chooseLanguage(wanted);
}

interface I18n {
  messages: Messages;
  choose: (code: LanguageCode) => void;
}
const Context = createContext<I18n | null>(null);

export function I18nProvider({ first, children }: { first: Messages; children: ReactNode }) {
  const [messages, setMessages] = useState(first);
  useEffect(() => {
    document.documentElement.lang = messages.language;
  }, [messages]);
  const choose = useCallback((code: LanguageCode) => {
    void loadCatalog(code).then((catalog) => {
      setMessages(new Messages(code, catalog));
      try {
        localStorage.setItem(kStored, code);
      } catch {
        // Not remembered then.
      }
    });
  }, []);
  const value = useMemo(() => ({ messages, choose }), [messages, choose]);
  return <Context value={value}>{children}</Context>;
}

export function useI18n(): I18n {
  const i18n = useContext(Context);
  if (i18n === null) throw new Error('useI18n outside I18nProvider');
  return i18n;
}

export const useMessages = (): Messages => useI18n().messages;
