"""What a crawl did not get to see, and what that means for what it found.

A page that was not seen may have held any report. So a crawl that missed pages is partial and says
why, and one that found nothing because of them never says that there is nothing.
"""

from dataclasses import dataclass, field

from net.errors import FetchFailed

_REFUSALS = frozenset({"blocked_by_site", "robots_disallow"})
_HOLDING_BACK = frozenset({"rate_limited", "host_paused"})
# The page is gone, or is no page of this site's any more.
_SAYS_NOTHING = frozenset({"not_found"})


@dataclass(frozen=True, slots=True)
class Gap:
    """Why a crawl is not complete. `failure` is what to raise for a later try where nothing was found."""

    code: str
    sentence: str
    blocked: bool = False
    failure: FetchFailed | None = None


@dataclass(slots=True)
class Missed:
    """Pages that were not seen, by the reason; `cut_short` says where a bound ended the crawl."""

    refused: list[str] = field(default_factory=list)
    forbidden: list[str] = field(default_factory=list)
    scripted: list[str] = field(default_factory=list)
    failed: list[FetchFailed] = field(default_factory=list)
    closed: dict[str, FetchFailed] = field(default_factory=dict)
    left: int = 0
    cut_short: str = ""

    def is_refusal(self, failure: FetchFailed) -> bool:
        """True where the site, and not chance, stood in the way."""
        return failure.code in _REFUSALS

    def is_closed(self, host: str) -> bool:
        """True, and counted, for a host that has asked to be left alone."""
        self.left += host in self.closed
        return host in self.closed

    def note(self, failure: FetchFailed, host: str) -> tuple[str, ...]:
        """Takes in a failure; what an operator should read of it at once."""
        if failure.code in _HOLDING_BACK:
            self.closed[host] = failure
            self.left += 1
        elif failure.retryable:
            self.failed.append(failure)
        elif failure.code == "robots_disallow":
            self.forbidden.append(failure.message)
        elif failure.code == "blocked_by_site":
            self.refused.append(failure.message)
        elif failure.code in _SAYS_NOTHING:
            return ()
        return (failure.message,)

    def summed_up(self, *, found: int) -> Gap | None:
        """The gravest reason why the crawl is not complete, None where it is.

        What a site's robots.txt closes, and pages that need scripts, are normal beside pages that
        showed their reports; they matter where nothing was found.
        """
        kept = f"The {found} documents found are kept. " if found else ""
        if self.closed:
            host, failure = next(iter(self.closed.items()))
            sentence = f"{kept}{self.left} pages of {host} were not opened. {failure.message}"
            return Gap(failure.code, sentence, failure=failure)
        if self.refused:
            sentence = f"{kept}{_pages(len(self.refused))} refused. {self.refused[0]}"
            return Gap("blocked_by_site", sentence, blocked=not found)
        if self.failed:
            failure = self.failed[0]
            sentence = f"{kept}{_pages(len(self.failed))} not to be had. {failure.message}"
            return Gap(failure.code, sentence, failure=failure)
        if self.cut_short:
            return Gap(
                "crawl_cut_short",
                f"{kept}The search ended {self.cut_short}, with pages left. Enter the address of the page on"
                " which the reports are listed; searching again the same way does not help.",
            )
        if not found and self.scripted:
            return Gap("needs_script", self.scripted[0])
        if not found and self.forbidden:
            return Gap("robots_disallow", self.forbidden[0], blocked=True)
        return None


def _pages(count: int) -> str:
    return "One page was" if count == 1 else f"{count} pages were"
