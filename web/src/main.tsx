// main.tsx - starts the console: language, theme, query cache, session, routes.

import './styles';
import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { SessionGate } from './app';
import { startLanguage, I18nProvider } from './i18n/context';
import { loadCatalog, Messages } from './i18n/messages';
import { queryClient } from './session';
import { theme, variables } from './ui/theme';

const language = startLanguage();
// A catalog that cannot be fetched must not keep the page from starting.
const first = await loadCatalog(language)
  .then((catalog) => new Messages(language, catalog))
  .catch(async () => new Messages('en', await loadCatalog('en')));
document.documentElement.lang = first.language;

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={variables} defaultColorScheme="auto">
      <I18nProvider first={first}>
        <QueryClientProvider client={queryClient}>
          <SessionGate />
        </QueryClientProvider>
      </I18nProvider>
    </MantineProvider>
  </StrictMode>,
);
