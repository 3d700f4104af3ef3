import java.util.List;
import java.util.Map;
import javax.security.sasl.AuthenticationException;
import org.apache.hadoop.hive.conf.HiveConf;
import org.apache.hadoop.hive.ql.session.SessionState;
import org.apache.hive.service.auth.PasswdAuthenticationProvider;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.hive.thriftserver.HiveThriftServer2;

/** Spark's Thrift server in one process and three ways: over TCP with SASL and without, and over HTTP. Arguments: a folder, and the three ports. */
public class SparkThriftServers {
  public static void main(String[] arguments) {
    // Looked for in Hive's own settings alone, which no option of Spark reaches.
    System.setProperty("hive.server2.custom.authentication.class", Passwords.class.getName());
    SparkSession spark = SparkSession.builder()
        .master("local[1]")
        .appName("spark")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.sql.warehouse.dir", arguments[0] + "/warehouse")
        .config("spark.hadoop.javax.jdo.option.ConnectionURL", "jdbc:derby:memory:metastore;create=true")
        .config("spark.hadoop.hive.server2.thrift.bind.host", "127.0.0.1")
        .config("spark.hadoop.hive.exec.scratchdir", arguments[0] + "/scratch")
        .enableHiveSupport()
        .getOrCreate();
    for (String statement : List.of("CREATE DATABASE sales", "CREATE TABLE sales.orders (id INT) USING parquet"))
      spark.sql(statement);
    start(spark, "binary", "CUSTOM", "hive.server2.thrift.port", arguments[1]);
    start(spark, "binary", "NOSASL", "hive.server2.thrift.port", arguments[2]);
    start(spark, "http", "CUSTOM", "hive.server2.thrift.http.port", arguments[3]);
    System.out.println("ready");
  }

  /** A server takes the settings of this thread's session, whatever Spark's own options say. */
  private static void start(SparkSession spark, String transport, String authentication, String portName, String port) {
    HiveConf settings = SessionState.get().getConf();
    settings.set("hive.server2.transport.mode", transport);
    settings.set("hive.server2.authentication", authentication);
    settings.set(portName, port);
    HiveThriftServer2.startWithContext(spark.sqlContext());
  }

  /** Over TCP this server takes each byte for a character, so that no password beyond ASCII ever fits there. */
  public static class Passwords implements PasswdAuthenticationProvider {
    private static final Map<String, String> USERS =
        Map.of("loader", "loader-password-1", "loader2", "loader-password-2", "ada", "p\u00e4ssword");

    @Override
    public void Authenticate(String user, String password) throws AuthenticationException {
      if (!password.equals(USERS.get(user))) throw new AuthenticationException("wrong");
    }
  }
}
