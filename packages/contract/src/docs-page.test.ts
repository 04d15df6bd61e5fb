import { expect, test } from 'vitest';
import { z } from 'zod';
import { eventCatalogue } from './catalogue.ts';
import { documentsOf, documentsOfAll, type SystemContracts } from './contract-files.ts';
import { answerDocs, toDocsPage } from './docs-page.ts';
import { endpoint } from './endpoint.ts';
import { event } from './event.ts';

const sold = event({
  type: 'sale.sold',
  version: 1,
  summary: 'Something was sold',
  key: 'saleId',
  personal: ['buyer'],
  data: z.object({ saleId: z.string(), buyer: z.string() }),
});
const sell = endpoint({
  name: 'sales.sell',
  method: 'POST',
  path: '/sales/:id',
  summary: 'Sells <one>',
  caller: 'user',
  effect: { reads: [], writes: ['public.sales'] },
  request: { params: z.object({ id: z.string() }), body: z.object({ price: z.number() }) },
  responses: { 201: { description: 'Sold', body: z.object({ ok: z.literal(true) }) } },
});
const about = { title: 'Shop', version: '1', description: 'A shop' };
const shop: SystemContracts = {
  api: about,
  messages: about,
  endpointsByService: { sale: [sell], mail: [] },
  events: eventCatalogue([{ contract: sold, publisher: 'sale', consumers: ['mail'] }]),
};

test('a page has every endpoint and event, who may call and who reads it, and lets no text be markup', () => {
  const page = toDocsPage(documentsOfAll(shop));
  for (const text of ['POST</span> <code>/sales/{id}', 'Sells &lt;one&gt;', 'For user; writes public.sales.', 'id in the path', '201 Sold'])
    expect(page).toContain(text);
  expect(page).toContain('Published by sale, read by mail; ordered by <code>saleId</code>; personal: buyer.');
  expect(page).not.toContain('<one>');
});

test('a service shows what it answers, tells and reads', () => {
  expect(toDocsPage(documentsOf(shop, 'mail'))).toContain('<p>None for clients.</p>');
  expect(toDocsPage(documentsOf(shop, 'mail'))).toContain('sale.sold');
  expect(toDocsPage(documentsOf(shop, 'sale'))).toContain('/sales/{id}');
  expect(toDocsPage(documentsOf(shop, 'other'))).not.toContain('sale.sold');
});

test('the documents are beside the page, and nothing else', () => {
  const documents = documentsOfAll(shop);
  const answer = (path: string) => answerDocs(path, () => documents);
  expect(answer('/docs')).toEqual({ type: 'text/html; charset=utf-8', body: toDocsPage(documents) });
  expect(JSON.parse(answer('/docs/openapi.json')?.body ?? '')).toEqual(documents.openapi);
  expect(JSON.parse(answer('/docs/asyncapi.json')?.body ?? '')).toEqual(documents.asyncapi);
  expect(answer('/docs/other')).toBeUndefined();
});
