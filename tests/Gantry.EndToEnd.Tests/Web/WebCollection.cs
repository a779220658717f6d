namespace Gantry.EndToEnd.Tests.Web;

/// <summary>Tests of pages share one server, one runner and one browser, and take turns.</summary>
[CollectionDefinition(Name)]
public sealed class WebCollection : ICollectionFixture<WebHouse>
{
    public const string Name = "web";
}
