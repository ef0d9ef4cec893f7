import { expect, test } from '@playwright/test';

test('a page that cannot be fetched is told in words, and comes by itself when the server is back', async ({
  page,
}) => {
  await page.goto('/errors');
  await expect(page.getByRole('heading', { name: 'Errors' })).toBeVisible();
  await page.route('**/*', (route) => route.abort());
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Targets' }).click();
  await expect(page.getByText('The page could not be loaded')).toBeVisible();
  await expect(page.getByText('The server does not answer.')).toBeVisible();

  // Pages that are here already go on.
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Errors' }).click();
  await expect(page.getByRole('heading', { name: 'Errors' })).toBeVisible();
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Targets' }).click();
  await expect(page.getByText('The page could not be loaded')).toBeVisible();

  await page.unroute('**/*');
  await expect(page.getByRole('heading', { name: 'Targets' })).toBeVisible();
});
