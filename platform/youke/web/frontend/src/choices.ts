import { all } from "./dom";

/** Forms offer only what fits what is chosen already. */
export function startChoices(): void {
  for (const form of all<HTMLFormElement>(document, "main form")) {
    const offer = () => {
      offerGrades(form);
      offerSessions(form);
    };
    form.addEventListener("change", offer);
    // The browser fills a form in again when one comes back to its page.
    window.addEventListener("pageshow", offer);
    offer();
  }
}

/** A stage has some grades only. */
function offerGrades(form: HTMLFormElement): void {
  const stage = chosen(form, "stage");
  for (const grade of all<HTMLOptionElement>(form, "option[data-stages]")) {
    const fits = !stage || grade.dataset["stages"]!.split(" ").includes(stage);
    grade.hidden = grade.disabled = !fits;
    if (!fits && grade.selected) grade.closest("select")!.value = "";
  }
}

/** A session is of one subject and of some grades; without one, one chooses later. */
function offerSessions(form: HTMLFormElement): void {
  const subject = chosen(form, "subject");
  const grade = chosen(form, "grade");
  for (const session of all<HTMLInputElement>(form, "input[data-grades]")) {
    const { subject: its, grades } = session.dataset;
    const fits =
      (!subject || its === subject) && (!grade || grades!.split(" ").includes(grade));
    session.closest("label")!.hidden = !fits;
    session.disabled = !fits;
    if (!fits && session.checked) {
      form.querySelector<HTMLInputElement>("input[name=session][value='']")?.click();
    }
  }
}

function chosen(form: HTMLFormElement, name: string): string {
  return form.querySelector<HTMLSelectElement>(`select[name=${name}]`)?.value ?? "";
}
