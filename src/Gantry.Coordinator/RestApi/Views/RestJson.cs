using System.Text.Json.Serialization;

namespace Gantry.Coordinator.RestApi.Views;

/// <summary>The shapes of REST answers. Nulls are written: GitLab's clients read fields without asking whether they are there.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, Converters = [typeof(WireTime)])]
[JsonSerializable(typeof(VersionView))]
[JsonSerializable(typeof(MessageView))]
[JsonSerializable(typeof(CurrentUserView))]
[JsonSerializable(typeof(List<UserView>))]
[JsonSerializable(typeof(List<AccessTokenView>))]
[JsonSerializable(typeof(List<ProjectView>))]
[JsonSerializable(typeof(List<NamespaceView>))]
[JsonSerializable(typeof(List<PipelineView>))]
[JsonSerializable(typeof(PipelineDetailView))]
[JsonSerializable(typeof(List<GivenVariableView>))]
[JsonSerializable(typeof(List<JobView>))]
[JsonSerializable(typeof(List<RunnerView>))]
[JsonSerializable(typeof(RunnerDetailView))]
[JsonSerializable(typeof(CreatedRunnerView))]
[JsonSerializable(typeof(TokenView))]
[JsonSerializable(typeof(List<MachineView>))]
[JsonSerializable(typeof(List<VariableView>))]
[JsonSerializable(typeof(List<CommitView>))]
[JsonSerializable(typeof(List<TriggerView>))]
[JsonSerializable(typeof(List<BranchView>))]
[JsonSerializable(typeof(List<TagView>))]
[JsonSerializable(typeof(List<TreeEntryView>))]
[JsonSerializable(typeof(FileView))]
[JsonSerializable(typeof(LintView))]
internal sealed partial class RestJson : JsonSerializerContext;
