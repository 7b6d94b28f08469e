// The set-up page guesses the zone by the language that the browser asks for.
// The browser itself knows it.

export function fillZone(): void {
  const field = document.querySelector<HTMLInputElement>('input[data-guess="zone"]');
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (field && field.value === field.defaultValue && zone) field.value = zone;
}
