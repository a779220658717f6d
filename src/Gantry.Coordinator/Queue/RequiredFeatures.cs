using Gantry.Coordinator.Store;
using Gantry.Protocol.Runners;

namespace Gantry.Coordinator.Queue;

/// <summary>What a job needs its runner to advertise (official-job-protocol §1.9).</summary>
internal static class RequiredFeatures
{
    public static IReadOnlyList<string> Missing(JobDefinition job, RunnerFeatures features)
    {
        var missing = new List<string>();
        void Need(bool needed, bool has, string name)
        {
            if (needed && !has)
            {
                missing.Add(name);
            }
        }

        Need(job.Artifacts.Any(artifact => artifact.ArtifactType != "archive"), features.UploadMultipleArtifacts, "upload_multiple_artifacts");
        Need(job.Artifacts.Any(artifact => artifact.Exclude.Count > 0), features.ArtifactsExclude, "artifacts_exclude");
        Need(job.Steps.Any(step => step.Name == "release"), features.MultiBuildSteps, "multi_build_steps");
        Need(job.AllowFailureExitCodes.Count > 0, features.ReturnExitCode, "return_exit_code");
        Need(job.Cache.Any(cache => cache.Entry.FallbackKeys.Count > 0), features.FallbackCacheKeys, "fallback_cache_keys");
        Need(job.DefinedSecrets.Count > 0, features.VaultSecrets, "vault_secrets");
        Need(job.Run.Length > 0, features.NativeStepsIntegration, "native_steps_integration");
        Need(job.Inputs.Count > 0, features.JobInputs, "job_inputs");
        return missing;
    }
}
