// ui/theme.ts - colours, sizes and type for the whole page. Controls are 48 px and more: gloves.

import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core';

const trail: MantineColorsTuple = [
  '#e6f5f3', '#cdebe7', '#9edad3', '#6cc5bc', '#3fada3', '#1f948a', '#0e7f76', '#0b6f69', '#095b56', '#054540',
];
const dark: MantineColorsTuple = [
  '#e8edf1', '#c6cfd7', '#a7b3bd', '#84929e', '#53626f', '#36434f', '#25303a', '#121a21', '#0d1318', '#080c10',
];

export const theme = createTheme({
  colors: { trail, dark },
  primaryColor: 'trail',
  primaryShade: { light: 7, dark: 3 },
  autoContrast: true,
  luminanceThreshold: 0.3,
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  fontFamily:
    'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Sans Devanagari", "DejaVu Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "Cascadia Mono", "Noto Sans Mono", "DejaVu Sans Mono", monospace',
  headings: { fontWeight: '650' },
});

export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-body': '#f3f6f7',
    '--mantine-color-text': '#10191f',
    '--mantine-color-dimmed': '#48555f',
    '--mantine-color-placeholder': '#5b6872',
    '--mantine-color-error': '#a11222',
  },
  dark: {
    '--mantine-color-body': '#0d1318',
    '--mantine-color-text': '#eef3f6',
    '--mantine-color-dimmed': '#b4c0ca',
    '--mantine-color-placeholder': '#a3b0bb',
    '--mantine-color-error': '#ff9aa4',
  },
});
