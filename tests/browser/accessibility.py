"""What axe-core (beside this file, MPL-2.0, unchanged) finds wrong with a page."""

from functools import cache
from pathlib import Path

from playwright.sync_api import Page

_RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
_RUN = """async (tags) => {
  const options = { runOnly: { type: "tag", values: tags }, resultTypes: ["violations"] };
  const found = await axe.run(document, options);
  return found.violations.flatMap((fault) => fault.nodes.map((node) => ({
    rule: fault.id, impact: node.impact || fault.impact, target: node.target.join(" "),
    html: node.html.slice(0, 160), why: (node.any.concat(node.all, node.none)[0] || {}).message || fault.help,
  })));
}"""


@cache
def _axe() -> str:
    return (Path(__file__).parent / "axe" / "axe.min.js").read_text(encoding="utf-8")


def faults_of(page: Page) -> list[str]:
    """Every serious or critical fault of the page as it stands; each begins with the rule's name."""
    # Put in by the debugger and not by the page, so that the content security policy does not apply.
    page.evaluate(_axe())
    found = page.evaluate(_RUN, list(_RULES))
    return [
        f"{one['rule']} ({one['impact']}): {one['target']}: {one['why']} {one['html']}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]
