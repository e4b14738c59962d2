"""Schedules every installation starts with, as plain data.

`manage.py sync_schedules` creates what is missing and never changes what is there: once created, a
schedule belongs to the people who edit it in the admin. All times are UTC.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a task starts by itself: every `every_seconds`, or by `crontab`, of which one is set.

    `crontab` is minute, hour, day of month, month, day of week. `expires_seconds` is when a message
    that found no worker is dropped, so that an outage leaves no pile of repetitions. What is due
    `even_without_scheduler` is started by the dispatcher while the scheduler is silent.
    """

    name: str
    task: str
    description: str
    every_seconds: int | None = None
    crontab: str | None = None
    expires_seconds: int | None = None
    arguments: dict[str, object] = field(default_factory=dict)
    enabled: bool = True
    even_without_scheduler: bool = False

    def __post_init__(self) -> None:
        if (self.every_seconds is None) == (self.crontab is None):
            raise ValueError(f"{self.name}: set either every_seconds or crontab")


HOUR = 3600

SCHEDULES: tuple[Schedule, ...] = (
    Schedule(
        name="Look into the drop folder",
        task="take_in_drop_folder",
        description="Takes in the reports that lie in the drop folder, in folders named like companies.",
        every_seconds=300,
        expires_seconds=300,
    ),
    Schedule(
        name="Weekly visit to the sites",
        task="rescrape_companies",
        description="Looks for new reports on the site of every active company, and processes them.",
        crontab="0 3 * * 6",
        expires_seconds=12 * HOUR,
    ),
    Schedule(
        name="Daily visit where a report is due",
        task="rescrape_companies",
        description="Visits the sites of companies whose next report should appear about now.",
        crontab="0 5 * * *",
        expires_seconds=12 * HOUR,
        arguments={"only_due": True},
    ),
    Schedule(
        name="Weekly look at known files",
        task="check_known_files",
        description="Asks whether the files of known reports have been replaced, and reads those that were.",
        crontab="0 3 * * 0",
        expires_seconds=12 * HOUR,
    ),
    Schedule(
        name="Nightly scan for restatements",
        task="scan_restatements",
        description="Compiles every company again, so that figures given differently are found.",
        crontab="30 1 * * *",
        expires_seconds=6 * HOUR,
    ),
    Schedule(
        name="Ratios of what was compiled",
        task="update_financial_metrics",
        description="Works out the ratios of companies whose years were compiled or whose prices came since.",
        every_seconds=900,
        expires_seconds=900,
    ),
    Schedule(
        name="Daily search of statements for anomalies",
        task="detect_metric_anomalies",
        description="Looks for figures that do not fit, after setting aside what is explained.",
        # Behind the scan for restatements, which are not anomalies.
        crontab="30 3 * * *",
        expires_seconds=6 * HOUR,
    ),
    Schedule(
        name="Daily search of prices for anomalies",
        task="pattern_anomaly_detection",
        description="Looks through the last year of prices for changes of behaviour and unusual volumes.",
        crontab="0 1 * * 2-6",
        expires_seconds=6 * HOUR,
    ),
    Schedule(
        name="Daily look at trained models",
        task="retrain_models",
        description="Trains models whose data have grown or whose forecasts have become worse.",
        crontab="30 2 * * *",
        expires_seconds=6 * HOUR,
    ),
    Schedule(
        name="Daily look at what came of forecasts",
        task="evaluate_forecast_accuracy",
        # The sessions of the day before are over everywhere, and their last prices are in.
        description="Compares forecasts whose days have come with what came, for all shares and lines.",
        crontab="30 0 * * *",
        expires_seconds=6 * HOUR,
    ),
    Schedule(
        name="Weekly update of forecast models",
        task="update_forecast_models",
        description="Trains the models of shares again on the prices of the week, and watches their errors.",
        # Once the week's sessions are over everywhere.
        crontab="0 6 * * 6",
        expires_seconds=24 * HOUR,
    ),
    Schedule(
        name="Trends of tone",
        task="update_sentiment_trends",
        description="Follows the tone of the documents of every company that has some with a score.",
        crontab="0 4 * * *",
        expires_seconds=6 * HOUR,
        arguments={"window": "ALL"},
    ),
    Schedule(
        name="Prices while exchanges trade",
        task="update_market_data",
        # Monday's session in Wellington begins on Sunday evening in UTC; what is closed is not asked for.
        description="Asks for the prices of shares whose exchange trades now, and for the last of a session.",
        crontab="*/5 * * * 0-5",
        expires_seconds=300,
    ),
    Schedule(
        name="Nightly look at the quality of data",
        task="data_quality_check",
        description="Holds documents, statements, facts, prices and rates against the rules of quality.",
        crontab="30 4 * * *",
        expires_seconds=6 * HOUR,
    ),
    Schedule(
        name="Exchange rates of the day",
        task="sync_external_data",
        # The bank publishes about 16:00 in Frankfurt, in summer and in winter.
        description="Asks the European Central Bank for the rates since the last day that is known.",
        crontab="30 15,16 * * 1-5",
        expires_seconds=6 * HOUR,
        arguments={"data_sources": ["ecb"]},
    ),
    Schedule(
        name="Tagged reports in the drop folder",
        task="sync_external_data",
        description="Takes in tagged reports and files of rates that lie in the drop folder.",
        every_seconds=300,
        expires_seconds=300,
        arguments={"data_sources": ["drop-folder"]},
    ),
    Schedule(
        name="Tagged reports of the week",
        task="sync_external_data",
        description="Asks the SEC and filings.xbrl.org for new tagged reports of companies with CIK or LEI.",
        crontab="0 4 * * 0",
        expires_seconds=12 * HOUR,
        arguments={"data_sources": ["sec", "xbrl-filings"]},
    ),
    Schedule(
        name="Measure how the system performs",
        task="performance_monitoring",
        description="Keeps how much was done, how long it waited and took, and what memory and data take.",
        every_seconds=600,
        expires_seconds=600,
    ),
    Schedule(
        name="Look at the health of the system",
        task="system_health_check",
        description="Asks all parts of the system how they are, keeps the answers and tells of changes.",
        every_seconds=600,
        expires_seconds=600,
        even_without_scheduler=True,
    ),
    Schedule(
        name="Weekly deletion of old data",
        task="cleanup_old_data",
        description="Deletes logs, kept pages and replaced versions that are older than their policies say.",
        crontab="30 5 * * 0",
        expires_seconds=12 * HOUR,
        arguments={"data_type": "all"},
    ),
    Schedule(
        name="Hourly removal of old results",
        task="cleanup_old_results",
        description="Removes results and details of runs that ended a day ago; what happened stays known.",
        every_seconds=HOUR,
        expires_seconds=HOUR,
    ),
    Schedule(
        name="Make beforehand what pages show",
        task="cache_warming",
        description="Works out what the first pages take from the cache, so that nobody waits for it.",
        every_seconds=600,
        expires_seconds=600,
    ),
    Schedule(
        name="Daily report of the system",
        task="generate_system_report",
        description="Writes what the system did yesterday, and sends it to those who asked for it.",
        crontab="0 6 * * *",
        expires_seconds=18 * HOUR,
        arguments={"report_type": "daily"},
    ),
    Schedule(
        name="Weekly report of the system",
        task="generate_system_report",
        description="The same of last week.",
        crontab="15 6 * * 1",
        expires_seconds=24 * HOUR,
        arguments={"report_type": "weekly"},
    ),
    Schedule(
        name="Monthly report of the system",
        task="generate_system_report",
        description="The same of last month. Switch it on where a month is looked back on.",
        crontab="30 6 1 * *",
        expires_seconds=24 * HOUR,
        arguments={"report_type": "monthly"},
        enabled=False,
    ),
    Schedule(
        name="Alerts",
        task="alert_processing",
        description="Looks for what people should know, and tells them over the channels.",
        every_seconds=300,
        expires_seconds=300,
        even_without_scheduler=True,
    ),
)
