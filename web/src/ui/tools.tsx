// ui/tools.tsx - the choices that hold for every page: language, and light or dark.

import { ActionIcon, NativeSelect, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { useI18n, useMessages } from '../i18n/context';
import { kLanguages, type LanguageCode } from '../i18n/messages';
import { Icon } from './icons';

export function LanguageSelect() {
  const { messages, choose } = useI18n();
  return (
    <NativeSelect
      className="pt-language"
      size="md"
      aria-label={messages.text('app.language')}
      value={messages.language}
      onChange={(e) => choose(e.currentTarget.value as LanguageCode)}
      data={kLanguages.map((l) => ({ value: l.code, label: l.name }))}
    />
  );
}

export function ThemeSwitch() {
  const m = useMessages();
  const { setColorScheme } = useMantineColorScheme();
  const now = useComputedColorScheme('light', { getInitialValueInEffect: false });
  const label = m.text(now === 'dark' ? 'app.theme_light' : 'app.theme_dark');
  return (
    <ActionIcon
      variant="default"
      size={48}
      aria-label={label}
      title={label}
      onClick={() => setColorScheme(now === 'dark' ? 'light' : 'dark')}
    >
      <Icon name={now === 'dark' ? 'sun' : 'moon'} />
    </ActionIcon>
  );
}
