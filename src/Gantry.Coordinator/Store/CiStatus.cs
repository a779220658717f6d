namespace Gantry.Coordinator.Store;

/// <summary>
/// The states that jobs, stages and pipelines share, by their wire names (ci-yaml §19.1). Text, because they are stored,
/// sent and shown under exactly these names.
/// </summary>
internal static class CiStatus
{
    public const string Created = "created";
    public const string WaitingForResource = "waiting_for_resource";
    public const string Preparing = "preparing";
    public const string WaitingForCallback = "waiting_for_callback";
    public const string Pending = "pending";
    public const string Running = "running";
    public const string Success = "success";
    public const string Failed = "failed";
    public const string Canceling = "canceling";
    public const string Canceled = "canceled";
    public const string Skipped = "skipped";
    public const string Manual = "manual";
    public const string Scheduled = "scheduled";

    public static bool IsComplete(string status) => status is Success or Failed or Canceled or Skipped;

    /// <summary>Everything not complete and not blocked.</summary>
    public static bool IsAlive(string status) => !IsComplete(status) && status is not (Manual or Scheduled);

    public static bool IsExecuting(string status) => status is Running or Canceling;

    public static bool IsActive(string status) =>
        status is WaitingForResource or Preparing or WaitingForCallback or Pending or Running;

    /// <summary>Alive and scheduled without canceling; a manual job is cancelable too.</summary>
    public static bool IsCancelable(string status) => status is Manual or Scheduled || (IsAlive(status) && status != Canceling);
}
