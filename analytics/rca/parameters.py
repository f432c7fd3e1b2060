"""Every constant of the ranking, in one place, each with its meaning."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Parameters:
    """Bars and weights; a sign counts when it is over its bar for surprise and over its bar for size.

    Calibrated on simulated worlds of seeds 1 to 5; seeds from 11 on were only measured.
    """

    # How surprising: log-likelihood ratios in nats of "other inside the spell than outside" against "the same throughout".
    surprise: float = 11.0
    surprise_time: float = 25.0  # durations have long tails, which a Gaussian likelihood does not know of
    surprise_new: float = 11.0  # for messages that were never seen outside the spell
    # How large.
    error_rise: float = 0.04  # own error share, inside less outside
    time_ratio: float = 1.45  # own time, inside over outside
    felt: float = 0.05  # own time gained, as a share of what requests from outside take on the whole: less nobody feels
    fan_out_ratio: float = 1.8  # calls to a callee for each call received
    vanished_ratio: float = 0.35  # calls to a callee for each call received, at most this share of before
    message_ratio: float = 3.0  # events of a message for each call of its service
    least_events: int = 5  # failures, messages or calls that a sign rests on at least
    # Gauges: distance from the level outside in robust deviations, and by itself.
    gauge_deviations: float = 6.0
    utilization_rise: float = 12.0  # percentage points
    gauge_ratio: float = 1.35  # for gauges without a ceiling
    saturated: float = 92.0  # percent of a ceiling
    near_ceiling: float = 85.0  # percent from which on CPU or memory is named as the reason
    hit_ratio_fall: float = 0.2  # of a cache, on a scale of 0 to 1
    queue_ratio: float = 3.0
    # Attacks.
    refused_rise: float = 0.05  # share of a service's requests that are refused log-ins
    attack_ratio: float = 3.0  # of such requests a minute, inside over outside
    refused_users: int = 20  # different accounts of refused log-ins, added up over the buckets of the spell
    missing_paths: int = 15  # different paths that do not exist, in the whole spell
    missing_rise: float = 0.01  # share of a service's requests
    # Time.
    least_buckets: int = 2  # a spell lasts at least so long
    least_before: float = 0.08  # share of all that was seen that lies before a spell, to compare with
    longest_share: float = 0.75  # and at most this share of all that was seen
    slack_buckets: int = 3  # onsets closer than this have no order
    change_before_s: float = 900.0  # a change may begin a spell this long after it
    change_after_s: float = 120.0  # ... or be noted this late
    # Load: what grows no more than the calls themselves, to this power, is load.
    elasticity: float = 1.0
    driven_rise: float = 1.1  # calls inside over outside from which on a service below is driven by who calls it more
    load_rise: float = 1.4  # calls inside over outside from which on load explains
    # What a sign weighs in the case against a service.
    weigh_errors: float = 1.0
    weigh_time: float = 1.0
    weigh_fan_out: float = 1.2
    weigh_vanished: float = 0.8
    weigh_crash: float = 1.0
    weigh_message: float = 0.6
    weigh_complaint: float = 0.7
    weigh_gauge: float = 0.7
    weigh_cache: float = 1.5
    weigh_attack: float = 1.5
    unsuffered: float = 0.3  # what is left of a case where nobody failed, waited or complained
    # Ranking.
    strength_cap: float = 4.0
    crash_strength: float = 2.0  # of a FATAL message that was never seen before, however seldom it came
    score_scale: float = 3.0  # the sum of weighted strengths that gives a score of 1 - 1/e
    explained: float = 0.25  # what is left of a sign that another service explains
    least_score: float = 0.4
    most_suspects: int = 8


DEFAULTS = Parameters()
