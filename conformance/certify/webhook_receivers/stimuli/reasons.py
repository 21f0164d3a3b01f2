"""Why a receiver must react as it should: the reasons that several stimuli share."""

NOT_COVERED = "The signature does not cover this message: anybody could have sent it."
RETRIES = "After 5xx the provider retries for a day, and then disables the endpoint."
AT_LEAST_ONCE = "Delivery is at least once: a repeated event must not take effect again."
ANY_ORDER = "The order of deliveries is not guaranteed."
LENIENT = "The provider extends its API without a new version."
REPLAY = "The message may be a replay."
