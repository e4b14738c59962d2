"""What a list says while there is nothing in it: why, and what to do next.

By the model's name. A list that is not named here says that it is empty and offers to add something
where that can be done.
"""

EMPTY_LISTS: dict[str, tuple[str, str]] = {
    "monitoring.Alert": (
        "Nothing has happened that you should know",
        "Alerts appear here as rules make them. Add a channel to be told by mail or webhook as well.",
    ),
    "monitoring.AlertRule": (
        "There are no rules yet",
        "They are made when alerts are first looked for, which happens every five minutes.",
    ),
    "monitoring.NotificationChannel": (
        "Nobody outside is told yet",
        "Add a channel, by mail or webhook, and send a test over it. The inbox needs none.",
    ),
    "monitoring.AlertDelivery": (
        "No message has been sent",
        "Each message to a channel appears here with what became of it.",
    ),
    "extraction.TaggedReport": (
        "No tagged report is known yet",
        "They come from the SEC and filings.xbrl.org by CIK and LEI, or from the drop folder.",
    ),
    "extraction.CrossCheck": (
        "Nothing has been compared yet",
        "Where a report was read and a tagged one of the same year is known, both are compared cell by cell.",
    ),
    "extraction.ExternalSource": (
        "No source outside is set up",
        "The usual ones come with the installation; ./run manage migrate brings them back.",
    ),
    "extraction.SyncRun": (
        "No source has been asked yet",
        "Schedules ask for rates every working day and for tagged reports every week.",
    ),
    "companies.Company": (
        "There is no company yet",
        "Add the first one: its name and the address of its investor-relations page are enough.",
    ),
    "companies.Exchange": (
        "There is no exchange yet",
        "Add those on which your companies are listed; ./run manage seed_companies brings the usual ones.",
    ),
    "companies.ExchangeRate": (
        "There are no exchange rates yet",
        "Add the European Central Bank's file of rates; statements can then be shown in other currencies.",
    ),
    "documents.Document": (
        "There is no document yet",
        "Have a company's site searched (on its page), or add reports by hand.",
    ),
    "documents.CrawlRun": (
        "No site has been visited yet",
        "A company's page can have its site searched; schedules do so every week.",
    ),
    "documents.ReplacedFile": (
        "No file has been replaced",
        "Here it shows when a company puts another file under a known address. Nothing is to be done.",
    ),
    "extraction.CompiledStatement": (
        "Nothing has been compiled yet",
        "Choose “Extract financial data” on a company's page; its statements come here by themselves.",
    ),
    "extraction.Correction": (
        "Nothing has been corrected",
        "Corrections are made where a figure is proved: click a figure of a statement.",
    ),
    "extraction.ExtractionRun": (
        "No file has been read yet",
        "Choose “Process” on a document's page, or “Extract financial data” on a company's.",
    ),
    "extraction.Fact": (
        "There are no figures yet",
        "They come with the first report that is read: choose “Process” on a document's page.",
    ),
    "extraction.LlmCall": (
        "No model has been asked",
        "That is the usual state: a model is asked only where OPENAI_MODEL names one, see the README.",
    ),
    "extraction.Restatement": (
        "No figure has been restated",
        "They show as soon as two reports of a company give one figure differently.",
    ),
    "extraction.ReviewItem": (
        "There is no question",
        "What reading a report leaves open comes here by itself.",
    ),
    "market.Instrument": (
        "There are no share prices yet",
        "They come with the listings of companies and a source of prices: add one under “Price sources”.",
    ),
    "market.PriceBar": (
        "There is no price yet",
        "Take in a file of prices, or add a source under “Price sources”.",
    ),
    "market.PriceFinding": (
        "Nothing is odd about the prices",
        "Gaps, prices that cannot be and splits that were missed come here by themselves.",
    ),
    "market.ProviderRun": (
        "Prices have not been collected yet",
        "A schedule does so while exchanges trade, once there is a source under “Price sources”.",
    ),
    "market.PriceProvider": (
        "There is no source of prices",
        "Add one: a file, or a service with the address it answers at.",
    ),
    "analysis.ForecastRun": (
        "Nothing has been forecast yet",
        "Have a share's prices or a line of a statement forecast; ten years of figures are a good start.",
    ),
    "analysis.ForecastEvaluation": (
        "No forecast has been compared yet",
        "They are held against what came as soon as the days they were made for have passed.",
    ),
    "analysis.SentimentAnalysis": (
        "The tone of no document has been judged yet",
        "Choose “Judge the tone of a document” on a document's page.",
    ),
    "analysis.SentimentSentence": (
        "No sentence has been judged yet",
        "They come with the first document whose tone is judged.",
    ),
    "analysis.SentimentShift": (
        "No shift of tone has been found",
        "One shows when a company's reports speak clearly otherwise than before. Nothing is to be done.",
    ),
    "analysis.SentimentWordList": (
        "There is no further list of words",
        "The words that come along are used. A licensed list of your own can be taken in beside them.",
    ),
    "monitoring.HealthCheck": (
        "Nobody has looked yet",
        "The scheduler has all parts asked every ten minutes; “Look now” on the page of health does it at"
        " once.",
    ),
    "monitoring.HealthTransition": (
        "Nothing has changed",
        "As soon as a part of the system turns worse or better, that stands here.",
    ),
    "monitoring.SystemReport": (
        "There is no report of the system yet",
        "The schedules have one made every day, week and month.",
    ),
    "monitoring.DeltaNote": (
        "There is no note yet",
        "One is made when a new report of a company has been read and its years are compiled.",
    ),
    "monitoring.ReportSubscription": (
        "Nobody is sent reports",
        "Add a person and what they are to be sent.",
    ),
    "monitoring.ReportMail": (
        "No report was sent yet",
        "Reports are mailed to those who are named in “Who is sent reports”.",
    ),
    "monitoring.PerformanceSample": (
        "Nothing was measured yet",
        "The scheduler has it done every ten minutes by a worker.",
    ),
    "monitoring.QualityFinding": (
        "Nothing was found",
        "Data are held against the rules every night; “Look again” under Quality of data does so at once.",
    ),
    "monitoring.QualityReport": (
        "Nobody has looked at the data yet",
        "That is done every night, and at once under Quality of data.",
    ),
    "jobs.TaskRun": (
        "Nothing has been started yet",
        "Work is started on the pages of companies and documents, and by schedules.",
    ),
    "django_celery_beat.PeriodicTask": (
        "Nothing starts by itself",
        "Call ./run manage sync_schedules for the usual schedules, or add one.",
    ),
    "auth.Group": (
        "There is no group",
        "A group gives several people the same permissions. Add one, and then people to it.",
    ),
    "knox.AuthToken": (
        "Nobody has a token",
        "A token is given for a name and a password: POST /api/v1/token/, see docs/api.md.",
    ),
}
