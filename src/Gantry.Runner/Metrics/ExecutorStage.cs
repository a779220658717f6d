namespace Gantry.Runner.Metrics;

/// <summary>The official runner's coarse stages of an executor, told by the stage of the job (official-cli-config §5.2).</summary>
internal static class ExecutorStage
{
    public static string Of(string stage) => stage switch
    {
        "" => "created",
        "prepare_executor" => "prepare",
        "cleanup_file_variables" => "cleanup",
        _ => "run",
    };
}
