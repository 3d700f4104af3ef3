import type { Page } from 'playwright-core';

/** Texts whose contrast to what is behind them is less than 4.5, which is what WCAG 2.2 AA asks for. */
export async function faintTexts(page: Page, selector: string): Promise<readonly string[]> {
  return await page.evaluate((wanted) => {
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    if (canvas === null) throw new Error('no canvas');
    const paint = (color: string) => {
      canvas.fillStyle = color;
      canvas.fillRect(0, 0, 1, 1);
    };
    /** What is seen when these are painted over each other, the lowest first. */
    const mix = (colors: readonly string[]) => {
      for (const color of ['#fff', ...colors]) paint(color);
      return [...canvas.getImageData(0, 0, 1, 1).data.slice(0, 3)];
    };
    const luminance = (rgb: readonly number[]) =>
      rgb
        .map((part) => part / 255)
        .map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
        .reduce((sum, part, index) => sum + part * ([0.2126, 0.7152, 0.0722][index] ?? 0), 0);
    return [...document.querySelectorAll(wanted)].flatMap((element) => {
      const behind: string[] = [];
      for (let at: Element | null = element; at !== null; at = at.parentElement) behind.unshift(getComputedStyle(at).backgroundColor);
      const [light = 0, dark = 0] = [luminance(mix(behind)), luminance(mix([...behind, getComputedStyle(element).color]))].sort(
        (a, b) => b - a,
      );
      const contrast = (light + 0.05) / (dark + 0.05);
      return contrast < 4.5 ? [`${element.textContent?.trim().slice(0, 40)}: ${contrast.toFixed(1)}`] : [];
    });
  }, selector);
}

/** Roles of what can be used but has no name that a screen reader could say. */
export async function namelessControls(page: Page): Promise<readonly string[]> {
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send('Accessibility.getFullAXTree');
  await session.detach();
  const controls = ['button', 'link', 'textbox', 'tab', 'checkbox', 'combobox', 'radio', 'menuitem', 'dialog'];
  return nodes
    .filter(({ ignored, role, name }) => !ignored && controls.includes(String(role?.value)) && String(name?.value ?? '').trim() === '')
    .map(({ role }) => String(role?.value));
}
