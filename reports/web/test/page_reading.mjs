// What a page says, as text of its elements: figures with their marks, and answers.
import { settled } from "./drive.mjs";
import { plainText } from "./formats.mjs";

async function choose(page, choices) {
  await page.evaluate((hash) => {
    location.hash = hash;
  }, new URLSearchParams(choices).toString());
  await settled(page);
}

const placesOf = (result) => [...new Set(result.cells.map((cell) => cell.placement))];

// Every figure in the tables of the page, by the name of its cell and the metric.
export async function pageFigures(page, result) {
  const figures = new Map();
  const put = (cell, { metric, ...figure }) => {
    if (cell) figures.set(`${cell.name} ${metric}`, { ...figure, text: plainText(figure.text) });
  };
  for (const placement of placesOf(result)) {
    for (const pattern of ["round_trip", "one_way"]) {
      if (!result.cells.some((cell) => cell.pattern === pattern)) continue;
      await choose(page, { placement, pattern });
      for (const metric of await metricsOf(page)) {
        await choose(page, { placement, pattern, metric });
        for (const { mechanism, payload, ...figure } of await tableFigures(page, metric))
          put(
            result.cells.find(
              (cell) =>
                cell.pattern === pattern &&
                cell.placement === placement &&
                cell.transport === mechanism &&
                (payload === null || cell.payload_bytes === payload),
            ),
            figure,
          );
      }
    }
    await choose(page, { placement });
    for (const { cell, ...figure } of await otherFigures(page))
      put(
        result.cells.find(({ name }) => name === cell),
        figure,
      );
  }
  return figures;
}

const metricsOf = (page) =>
  page
    .locator("#table .controls")
    .first()
    .evaluate((controls) =>
      [...controls.querySelectorAll("input, option")].map((option) => option.value),
    );

const tableFigures = (page, chosen) =>
  page.locator("#table table.heat").evaluateAll(
    (tables, metric) =>
      tables.flatMap((table) => {
        const heads = [...table.querySelectorAll("thead button")].map((b) => b.dataset.key);
        return [...table.querySelectorAll("tbody tr, tfoot tr")].flatMap((row) =>
          [...row.querySelectorAll("td")].map((td, n) => ({
            mechanism: row.dataset.key,
            payload: heads[n].startsWith("n-") ? null : Number(heads[n]),
            metric: heads[n].startsWith("n-") ? heads[n].slice(2) : metric,
            text: (td.querySelector(".value") ?? td).textContent,
            mark: td.querySelector(".lead-mark")?.textContent ?? "",
            spoken: td.querySelector(".sr")?.textContent ?? "",
          })),
        );
      }),
    chosen,
  );

const otherFigures = (page) =>
  page.locator("#others tbody tr").evaluateAll((rows) =>
    rows.flatMap((row) =>
      [...row.querySelectorAll("[data-metric]")].map((figure) => ({
        cell: row.querySelector("th [data-key]").dataset.key,
        metric: figure.dataset.metric,
        text: figure.querySelector(".value").textContent,
        mark: figure.querySelector(".lead-mark")?.textContent ?? "",
        spoken: figure.querySelector(".sr")?.textContent ?? "",
      })),
    ),
  );

export async function pageAnswers(page, result) {
  const answers = [];
  for (const placement of placesOf(result)) {
    await choose(page, { placement });
    answers.push(
      ...(await page
        .locator(".headlines li")
        .evaluateAll((all) =>
          all.map(
            (li) =>
              `${li.querySelector(".kicker").textContent}: ${li.querySelector("p").textContent}`,
          ),
        )),
    );
  }
  return answers.map(plainText);
}
