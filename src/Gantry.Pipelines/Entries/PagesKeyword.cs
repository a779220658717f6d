using Gantry.Pipelines.Model;
using Gantry.Pipelines.Yaml;

namespace Gantry.Pipelines.Entries;

/// <summary><c>pages</c> and <c>publish</c>; a job called <c>pages</c> counts as one unless it says <c>pages: false</c>.</summary>
internal static class PagesKeyword
{
    public static PagesModel? Read(string job, YamlMap map, Scope scope)
    {
        var publish = scope.Text(map, "publish");
        var node = map["pages"];
        var isPages = node switch
        {
            null or { IsNull: true } => job == "pages",
            YamlScalar { Kind: ScalarKind.Boolean } flag => flag.IsTrue,
            YamlMap => true,
            _ => false,
        };
        if (node is not (null or { IsNull: true } or YamlMap or YamlScalar { Kind: ScalarKind.Boolean }))
        {
            scope.At("pages").Config(node, "should be a hash or a boolean value");
        }

        if (publish is not null && !isPages)
        {
            scope.About(map["publish"], "publish", "can only be used within a `pages` job");
        }

        if (!isPages)
        {
            return null;
        }

        if (node is not YamlMap options)
        {
            return new PagesModel(publish ?? "public", null, null);
        }

        var inner = scope.At("pages");
        inner.OnlyKeys(options, ["path_prefix", "expire_in", "publish"]);
        return new PagesModel(
            inner.Text(options, "publish") ?? publish ?? "public", inner.Text(options, "path_prefix"), inner.Text(options, "expire_in", anyScalar: true));
    }
}
